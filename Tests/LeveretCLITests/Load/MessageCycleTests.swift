import Testing

@testable import LeveretCLI

struct MessageCycleTests {
    @Test func `a cycle is as long as until everything repeats`() {
        #expect(MessageCycle(queues: [], sizes: [16], priorities: 1).length == 1)
        #expect(MessageCycle(queues: [0, 1], sizes: [1, 2, 3, 4], priorities: 1).length == 4)
        #expect(MessageCycle(queues: [0, 1], sizes: [1, 2, 3], priorities: 5).length == 30)
        #expect(MessageCycle(queues: [], sizes: [1, 2], priorities: 1, routingKeys: 3).length == 6)
    }

    @Test func `every queue has a producer and a consumer, and each of them has a queue`() {
        for (workers, queues) in [(1, 1), (3, 1), (2, 5), (5, 2), (4, 4), (7, 20)] {
            let plan = LoadPlan.sample(producers: workers, consumers: workers, queues: queues)
            let produced = (0..<workers).map { plan.cycle(ofProducer: $0).queues }
            let consumed = (0..<workers).map { plan.queues(ofConsumer: $0) }
            #expect(Set(produced.joined()) == Set(0..<queues))
            #expect(Set(consumed.joined()) == Set(0..<queues))
            #expect(produced.allSatisfy { !$0.isEmpty } && consumed.allSatisfy { !$0.isEmpty })
            if workers <= queues { #expect(consumed.joined().count == queues) }
        }
    }

    @Test func `each consumer of a fanout has its own queues, and producers have none`() {
        let plan = LoadPlan.sample(producers: 2, consumers: 3, queues: 10, route: .fanout)
        #expect(plan.cycle(ofProducer: 1).queues.isEmpty)
        #expect((0..<3).map { plan.queues(ofConsumer: $0) } == [[0, 3, 6, 9], [1, 4, 7], [2, 5, 8]])
        #expect(plan.copies == 10)
    }
}
