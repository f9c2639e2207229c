import ArgumentParser

/// The commands that change what a running broker on this machine keeps, by their nouns. They are called as in
/// rabbitmqctl.
enum OperatorCommands {
    static var groups: [CommandGroup] {
        [
            CommandGroup(
                name: "Virtual hosts",
                subcommands: [
                    ListVirtualHostsCommand.self, AddVirtualHostCommand.self, UpdateVirtualHostCommand.self,
                    DeleteVirtualHostCommand.self, ListVirtualHostLimitsCommand.self, SetVirtualHostLimitsCommand.self,
                    ClearVirtualHostLimitsCommand.self,
                ]
            ),
            CommandGroup(
                name: "Users",
                subcommands: [
                    ListUsersCommand.self, AddUserCommand.self, DeleteUserCommand.self, ChangePasswordCommand.self,
                    AuthenticateUserCommand.self, SetUserTagsCommand.self, ListUserLimitsCommand.self,
                    SetUserLimitsCommand.self, ClearUserLimitsCommand.self,
                ]
            ),
            CommandGroup(
                name: "Permissions",
                subcommands: [
                    ListPermissionsCommand.self, ListUserPermissionsCommand.self, SetPermissionsCommand.self,
                    ClearPermissionsCommand.self, ListTopicPermissionsCommand.self, SetTopicPermissionsCommand.self,
                    ClearTopicPermissionsCommand.self,
                ]
            ),
            CommandGroup(
                name: "Policies",
                subcommands: [ListPoliciesCommand.self, SetPolicyCommand.self, ClearPolicyCommand.self]
            ),
        ]
    }
}
