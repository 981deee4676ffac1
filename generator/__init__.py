"""gen: one services.yaml in, Argo CD-ready database migration manifests out."""
