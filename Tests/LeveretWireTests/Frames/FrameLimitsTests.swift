import LeveretModel
import LeveretWire
import Testing

struct FrameLimitsTests {
    private let proposal = FrameLimits.serverProposal

    private func settled(channelMax: UInt16 = 2047, frameMax: UInt32 = 131_072, heartbeat: UInt16 = 60) throws
        -> FrameLimits
    {
        try proposal.settled(
            by: ConnectionTuneOk(channelMax: channelMax, frameMax: frameMax, heartbeat: heartbeat)
        )
    }

    @Test func `the client's answer holds if it asks for no more`() throws {
        #expect(try settled() == proposal)
        let limits = try settled(channelMax: 1, frameMax: 4096, heartbeat: 0)
        #expect(limits == FrameLimits(frameMax: 4096, channelMax: 1, heartbeat: 0))
        #expect(try settled(heartbeat: 600).heartbeat == 600)
    }

    @Test func `more than was proposed is not allowed, and no limit is more`() {
        #expect(code { _ = try settled(channelMax: 2048) } == .notAllowed)
        #expect(code { _ = try settled(channelMax: 0) } == .notAllowed)
        #expect(code { _ = try settled(frameMax: 131_073) } == .notAllowed)
        #expect(code { _ = try settled(frameMax: 0) } == .notAllowed)
        #expect(code { _ = try settled(frameMax: 4095) } == .notAllowed)
    }

    @Test func `a refusal is worded as clients know it`() {
        #expect(
            throws: WireError(
                .notAllowed,
                "negotiated channel_max = 0 (no limit) is higher than the maximum allowed value (2047)",
                method: ConnectionTuneOk.id
            )
        ) { try settled(channelMax: 0) }
        #expect(
            throws: WireError(
                .notAllowed,
                "negotiated frame_max = 100 is lower than the minimum allowed value (4096)",
                method: ConnectionTuneOk.id
            )
        ) { try settled(frameMax: 100) }
    }

    @Test func `a server without limits takes any answer but a tiny frame`() throws {
        let open = FrameLimits(frameMax: 0, channelMax: 0, heartbeat: 60)
        let answer = ConnectionTuneOk(channelMax: 0, frameMax: 0, heartbeat: 5)
        #expect(try open.settled(by: answer) == FrameLimits(frameMax: 0, channelMax: 0, heartbeat: 5))
        #expect(
            code { _ = try open.settled(by: ConnectionTuneOk(channelMax: 9, frameMax: 1, heartbeat: 0)) } == .notAllowed
        )
    }

    @Test func `a client answers with the lower of both, and zero is no limit`() {
        let answer = proposal.answer(to: ConnectionTune(channelMax: 0, frameMax: 8192, heartbeat: 30))
        #expect(answer == ConnectionTuneOk(channelMax: 2047, frameMax: 8192, heartbeat: 30))
        let open = FrameLimits(frameMax: 0, channelMax: 0, heartbeat: 0)
        #expect(
            open.answer(to: ConnectionTune(channelMax: 5, frameMax: 0, heartbeat: 30))
                == ConnectionTuneOk(channelMax: 5, frameMax: 0, heartbeat: 30)
        )
    }

    @Test func `a received frame may be eight bytes longer than a sent one`() {
        #expect(proposal.bodyPartLimit == 131_064)
        #expect(proposal.payloadLimit == 131_072)
    }

    @Test func `channels count from one to the limit`() {
        #expect(!proposal.allows(channel: 0))
        #expect(proposal.allows(channel: 1))
        #expect(proposal.allows(channel: 2047))
        #expect(!proposal.allows(channel: 2048))
        #expect(FrameLimits(frameMax: 0, channelMax: 0, heartbeat: 0).allows(channel: 65535))
    }
}
