import ArgumentParser
import Leveret

struct ListPoliciesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list_policies",
        abstract: "List the policies of a virtual host.",
        discussion: """
            EXAMPLES
              leveret list_policies
              leveret list_policies -p orders --json
            """,
        aliases: ["list-policies"]
    )

    @OptionGroup var broker: OperatorOptions

    @OptionGroup var host: VirtualHostOption

    @OptionGroup var output: ListingOptions

    func run() throws {
        var listing = Listing("name", "pattern", "apply-to", "definition", "priority")
        for policy in try broker.ask(ListPolicies(virtualHost: host.virtualHost)) {
            listing.add(
                .string(policy.name),
                .string(policy.pattern),
                .string(policy.target.rawValue),
                Self.json(policy.settings),
                .integer(Int64(policy.priority))
            )
        }
        try output.write(listing)
    }

    private static func json(_ settings: [String: PolicySetting]) -> JSONValue {
        let members = settings.sorted { $0.key < $1.key }.map { key, setting in
            switch setting {
            case .number(let number): JSONValue.Member(name: key, value: .integer(number))
            case .text(let text): JSONValue.Member(name: key, value: .string(text))
            }
        }
        return .object(members)
    }
}
