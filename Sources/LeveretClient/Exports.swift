// A program that imports the client needs the names of queues, messages and errors too.
@_exported public import LeveretModel
