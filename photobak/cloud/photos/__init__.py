"""Logic that several Lambdas share: describing photos, previews, deciding between records, notifying listeners."""
