"""Kubernetes manifests as Argo CD reads them: YAML files, and the schemas that say what may be in them."""
