"""The Lambdas: handlers parse, logic decides, stores keep."""
