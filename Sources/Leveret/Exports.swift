@_exported public import LeveretModel
