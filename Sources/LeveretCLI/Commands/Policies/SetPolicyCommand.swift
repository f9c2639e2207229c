import ArgumentParser
import FoundationEssentials
import Leveret

struct SetPolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set_policy",
        abstract: "Set a policy: settings for all queues and exchanges whose names match.",
        discussion: """
            To each queue and exchange applies at most one policy, that of the highest priority. It counts at \
            once for those that there are.

            EXAMPLES
              leveret set_policy short '^orders\\.' '{"max-length": 1000}' --apply-to queues
              leveret set_policy unrouted '^events$' '{"alternate-exchange": "lost"}'
            """,
        aliases: ["set-policy"]
    )

    @OptionGroup var broker: OperatorOptions

    @OptionGroup var host: VirtualHostOption

    @Argument(help: "The policy's name.")
    var name: String

    @Argument(help: "A regular expression that is searched for in names.")
    var pattern: String

    @Argument(help: "The settings, as a JSON object.")
    var definition: String

    @Option(help: "Of several policies that match, the highest counts.")
    var priority = 0

    @Option(
        help: ArgumentHelp(
            "What the policy is for: \(targets).",
            valueName: "kind"
        ),
        transform: target
    )
    var applyTo = Policy.Target.all

    func run() throws {
        guard
            let settings = try? JSONDecoder().decode([String: PolicySetting].self, from: Data(definition.utf8))
        else {
            throw CommandFailure(
                .usage,
                #"the definition is not a JSON object of whole numbers and texts, as {"max-length": 100}"#
            )
        }
        let policy = PolicySummary(
            virtualHost: host.virtualHost,
            name: name,
            pattern: pattern,
            target: applyTo,
            priority: priority,
            settings: settings
        )
        _ = try broker.ask(SetPolicy(policy))
    }

    private static let targets = Policy.Target.allCases.map(\.rawValue).joined(separator: ", ")

    private static func target(_ text: String) throws -> Policy.Target {
        guard let target = Policy.Target(rawValue: text) else {
            throw ValidationError("a policy is for one of \(targets), not for '\(text)'")
        }
        return target
    }
}
