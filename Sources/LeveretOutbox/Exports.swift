// A program that fills an outbox needs the names of queues and properties too.
@_exported public import LeveretModel
