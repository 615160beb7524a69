// The numbers of the header as Swift sees them. Each C enum comes as a struct of its own, which may not be mistaken for
// another one, while functions and fields have types of fixed width: here one becomes the other. What a number means is
// Names.swift's and the doors'.

import CRTMulti

extension rtmulti_result {
  /// A code as a function returns it.
  @inline(__always)
  init(_ code: rtmulti_result_values) { self = code.rawValue }
}

extension UInt32 {
  /// A kind, a choice or a bit as a field has it.
  @inline(__always)
  init<Value: RawRepresentable>(_ value: Value) where Value.RawValue == UInt32 { self = value.rawValue }

  /// A yes or no as a field has it.
  @inline(__always)
  init(_ value: Bool) { self = value ? 1 : 0 }

  /// Whether this set of bits has one.
  @inline(__always)
  func contains<Bit: RawRepresentable>(_ bit: Bit) -> Bool where Bit.RawValue == UInt32 {
    self & bit.rawValue != 0
  }
}
