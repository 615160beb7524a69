// swift-tools-version: 6.3
// The rooms of the house and which may look into which (docs/rules/DESIGN.md §2; Tests/C/imports.sh holds the law). A
// target declares every module whose types it sees, also through another's (make/check-package.py): SwiftPM rebuilds only
// what is declared, and a target that kept the old layout of a struct would crash.
// Plain `swift build` and `swift test` work as they are; RTMULTI_SHIP=1 (set by `make`) adds the flags of the
// shippable library, which would break `swift test -c release`.

import PackageDescription

let isShipping = Context.environment["RTMULTI_SHIP"] == "1"

// The linker's words are those of ELF; elsewhere the library is linked as SwiftPM does it.
let shipping: [LinkerSetting] =
  isShipping
  ? [
    .unsafeFlags(
      [
        "-static-stdlib",
        "-Xlinker", "-soname=librtmulti.so.0",
        "-Xlinker", "--version-script=Sources/RTMultiABI/exports.map",
        "-Xlinker", "-z", "-Xlinker", "nodelete",
        "-Xlinker", "-z", "-Xlinker", "relro",
        "-Xlinker", "-z", "-Xlinker", "now",
        "-Xlinker", "-z", "-Xlinker", "defs",
        "-Xlinker", "--gc-sections",
      ], .when(platforms: [.linux]))
  ] : []

let swift: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "rtmulti",
  // Synchronization came with it; Linux has no such line.
  platforms: [.macOS(.v15)],
  products: [.library(name: "rtmulti", type: .dynamic, targets: ["RTMultiABI"])],
  targets: [
    .systemLibrary(name: "COpus", pkgConfig: "opus", providers: [.apt(["libopus-dev"]), .brew(["opus"])]),
    .systemLibrary(name: "COgg", pkgConfig: "ogg", providers: [.apt(["libogg-dev"]), .brew(["libogg"])]),
    .systemLibrary(
      name: "CSpeexDSP", pkgConfig: "speexdsp", providers: [.apt(["libspeexdsp-dev"]), .brew(["speexdsp"])]),
    .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),
    .target(name: "CBase64"),
    .target(name: "CSamples"),
    .target(name: "CStack"),
    .target(name: "CRTMulti", path: ".", sources: ["Sources/CRTMulti"], publicHeadersPath: "include"),

    .target(name: "RTMultiCore", swiftSettings: swift),
    .target(
      name: "RTMultiAudio", dependencies: ["RTMultiCore", "COpus", "COgg", "CSpeexDSP", "CSamples"],
      swiftSettings: swift),
    .target(
      name: "RTMultiWire", dependencies: ["RTMultiCore", "CSimdJSON", "CBase64"], swiftSettings: swift),
    .target(
      name: "RTMulti", dependencies: ["RTMultiCore", "RTMultiAudio", "RTMultiWire"], swiftSettings: swift),
    .target(
      name: "RTMultiABI",
      dependencies: ["RTMulti", "RTMultiCore", "RTMultiAudio", "RTMultiWire", "CRTMulti", "CStack"],
      exclude: ["exports.map"],
      swiftSettings: swift, linkerSettings: shipping),

    .testTarget(name: "RTMultiCoreTests", dependencies: ["RTMultiCore"]),
    .testTarget(name: "RTMultiAudioTests", dependencies: ["RTMultiAudio", "RTMultiCore", "COpus", "COgg"]),
    .testTarget(name: "RTMultiTests", dependencies: ["RTMulti", "RTMultiAudio", "RTMultiWire", "RTMultiCore"]),
    .testTarget(name: "RTMultiWireTests", dependencies: ["RTMultiWire", "RTMultiCore", "CBase64"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
