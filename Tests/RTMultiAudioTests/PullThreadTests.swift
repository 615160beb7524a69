// The law of the claim with two real threads: one pulls without a break, one writes and cuts. A frame is claimed and
// heard, or it is silence: never both, never neither.

import Glibc
import RTMultiAudio
import RTMultiCore
import Synchronization
import Testing

@Suite struct PullThreadTests {
  /// What the device's thread pulls from, and what it saw.
  private final class Device: @unchecked Sendable {
    let device: PullDevice
    let pulls: Int
    let isDone = Atomic<Bool>(false)
    /// Read by the test after the thread has ended.
    var claimedFrames: Int64 = 0
    var heardSamples: Int64 = 0
    var brokenBlocks = 0

    init(_ device: PullDevice, pulls: Int) {
      self.device = device
      self.pulls = pulls
    }

    func start() -> pthread_t {
      var thread = pthread_t()
      let result = pthread_create(
        &thread, nil,
        { argument in
          Unmanaged<Device>.fromOpaque(argument!).takeUnretainedValue().run()
          return nil
        }, Unmanaged.passUnretained(self).toOpaque())
      #expect(result == 0)
      return thread
    }

    private func run() {
      let buffer = UnsafeMutablePointer<Int16>.allocate(capacity: 512)
      defer { buffer.deallocate() }
      for round in 0..<pulls {
        let frames = 1 + round * 37 % 480
        let claimed = Int(
          device.pull(
            into: buffer, frames: UInt32(frames), channels: UInt32(device.channels), deviceDelayFrames: 64
          ).takenFrames)
        claimedFrames += Int64(claimed)
        for index in 0..<frames {
          heardSamples += buffer[index] != 0 ? 1 : 0
          // Claimed frames are a ramp, which begins again at 1; the rest is silence.
          if index >= claimed ? buffer[index] != 0 : buffer[index] <= 0 { brokenBlocks += 1 }
          if index > 0, index < claimed, buffer[index] != buffer[index - 1] + 1, buffer[index] != 1 {
            brokenBlocks += 1
          }
        }
      }
      isDone.store(true, ordering: .releasing)
    }
  }

  @Test("100,000 pulls while another thread writes and cuts: every frame is claimed and heard, or silence")
  func claims() {
    let format = AudioFormat.of(.pcm16, 48_000)
    var world = PullWorld(format, .of(48_000))
    let device = Device(world.channel.device, pulls: 100_000)
    let thread = device.start()

    var random = SeededRandom(seed: 3)
    let delta = bytes(ramp(2_000))
    var claimed: Int64 = 0
    var heardBackwards = 0
    var wrongCuts = 0
    var sent: Int64 = 0
    var last: Int64 = 0
    while !device.isDone.load(ordering: .acquiring) {
      if world.begin(format) {
        world.append(delta)
        sent += Int64(world.send().sink)
        world.channel.endSegment()
      }
      let heard = world.channel.heardFrames()
      if heard < last { heardBackwards += 1 }
      last = heard
      if Int.random(in: 0..<3, using: &random) == 0 {
        let cut = world.channel.cut()
        if cut < last || cut > sent { wrongCuts += 1 }
        claimed += cut
        sent = 0
        last = 0
      }
      if Int.random(in: 0..<50, using: &random) == 0 { usleep(100) }
    }
    pthread_join(thread, nil)
    claimed += world.channel.cut()
    #expect(device.brokenBlocks == 0)
    #expect(heardBackwards == 0)
    #expect(wrongCuts == 0)
    #expect(claimed == device.claimedFrames)
    #expect(claimed == device.heardSamples)
    #expect(claimed > 100_000)
    world.end()
  }

  @Test("Opus under the same storm: what was lent comes back")
  func opusClaims() {
    let format = AudioFormat.of(.opus)
    var world = PullWorld(format, .of(44_100))
    let device = Device(world.channel.device, pulls: 20_000)
    let thread = device.start()
    let packets = OpusSource().packets(10)
    var random = SeededRandom(seed: 4)
    var claimed: Int64 = 0
    var begun = 0
    while !device.isDone.load(ordering: .acquiring) {
      if world.begin(format) {
        begun += 1
        for packet in packets { world.append(packet) }
        world.send()
        world.channel.endSegment()
      }
      if Int.random(in: 0..<4, using: &random) == 0 { claimed += world.channel.cut() }
    }
    pthread_join(thread, nil)
    claimed += world.channel.cut()
    #expect(claimed == device.claimedFrames)
    #expect(begun > 32)
    world.end()
  }
}
