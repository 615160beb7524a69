// The system's C library, for the files of this room: only its name differs between the systems that rtmulti is meant to
// build on. What is taken from it is those files' business.

#if canImport(Glibc)
  @_exported import Glibc
#elseif canImport(Musl)
  @_exported import Musl
#else
  @_exported import Darwin
#endif
