"""Typed classes for custom resources, written by `cdk8s import`: never edit them, see schemas/README.md."""
