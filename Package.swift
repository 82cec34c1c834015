// swift-tools-version: 6.2
import PackageDescription

var strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]

// CI's release build; an environment variable, so that dependencies keep their own settings.
if Context.environment["ADCE_WARNINGS_AS_ERRORS"] == "1" {
  strict.append(.treatAllWarnings(as: .error))
}

let package = Package(
  name: "adce",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "adce", targets: ["adce"]),
    .executable(name: "adce-sim", targets: ["adce-sim"]),
    .library(name: "ADCEKernel", targets: ["ADCEKernel"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
  ],
  targets: [
    .systemLibrary(
      name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"]), .brew(["lmdb"])]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl",
      providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
    .systemLibrary(
      name: "CYAML", pkgConfig: "yaml-0.1",
      providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
    .systemLibrary(
      name: "CISAL", pkgConfig: "libisal",
      providers: [.apt(["libisal-dev"]), .brew(["isa-l"])]),
    .systemLibrary(
      name: "CExpat", pkgConfig: "expat",
      providers: [.apt(["libexpat1-dev"]), .brew(["expat"])]),

    // Starting a program takes vfork, and what runs between it and exec cannot be Swift.
    .target(name: "CProcess"),

    // Every decision and every value type. Links nothing but the standard library and
    // swift-collections: scripts/verify-kernel.sh proves it from the object files.
    .target(
      name: "ADCEKernel",
      dependencies: [.product(name: "Collections", package: "swift-collections")],
      swiftSettings: strict),

    // The ports made real.
    .target(
      name: "ADCEIO",
      dependencies: [
        "ADCEKernel", "CLMDB", "CCurl", "CProcess", "CYAML", "CISAL", "CExpat",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),

    // A source of objects over real HTTP on loopback: for `./run` and the tests.
    .target(
      name: "ADCEOrigin",
      dependencies: [.product(name: "Hummingbird", package: "hummingbird")],
      swiftSettings: strict),

    // The daemon's HTTP face: reads what the loop publishes, and nothing else.
    .target(
      name: "ADCEFace",
      dependencies: [
        "ADCEIO", "ADCEKernel", .product(name: "HummingbirdCore", package: "hummingbird"),
      ],
      swiftSettings: strict),

    // The simulated world.
    .target(
      name: "ADCESimulation",
      dependencies: [
        "ADCEKernel", "ADCEIO", .product(name: "Collections", package: "swift-collections"),
      ],
      swiftSettings: strict),

    // The simulated world over real HTTP on loopback: its lake as S3, and its sources.
    .target(
      name: "ADCEWire",
      dependencies: [
        "ADCEIO", "ADCEKernel", "ADCEOrigin", "ADCESimulation",
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict),

    .executableTarget(
      name: "adce",
      dependencies: [
        "ADCEKernel", "ADCEIO", "ADCEFace",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "adce-sim",
      dependencies: [
        "ADCEKernel", "ADCEIO", "ADCEOrigin", "ADCESimulation", "ADCEWire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // A process that commits until it is killed, for the tests of the store.
    .executableTarget(
      name: "store-writer", dependencies: ["ADCEIO", "ADCEKernel"],
      path: "Tests/Fixtures/store-writer", swiftSettings: strict),

    // S3 servers on loopback, for the tests.
    .target(
      name: "ADCETestServers", dependencies: ["ADCEIO"], path: "Tests/Servers",
      swiftSettings: strict),

    .testTarget(
      name: "ADCEKernelTests", dependencies: ["ADCEKernel"], swiftSettings: strict),
    .testTarget(
      name: "ADCEIOTests",
      dependencies: [
        "ADCEIO", "ADCEKernel", "ADCEOrigin", "ADCESimulation", "ADCETestServers", "store-writer",
      ],
      exclude: ["S3/Signing/Vectors", "S3/Signing/botocore_signatures.py"],
      swiftSettings: strict),
    .testTarget(
      name: "ADCESimulationTests",
      dependencies: ["ADCESimulation", "ADCEKernel", "ADCEIO"],
      swiftSettings: strict),
    // The programs as their users meet them: processes, exit codes, output.
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "adce", "adce-sim", "store-writer", "ADCEFace", "ADCEIO", "ADCEKernel", "ADCEOrigin",
        "ADCESimulation", "ADCETestServers", "ADCEWire",
      ],
      swiftSettings: strict),
  ]
)
