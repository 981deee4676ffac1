"""A certificate for tests that need something to read where a CA bundle is mounted: of nobody, for nothing."""

from __future__ import annotations

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUXQEmAN/NBllo7arePZRl9+wfjrQwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjIxMTQzMzNaGA8yMTI2MTAyOTExNDMz
M1owDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKnY
njXOElGClF7mn1hC9BEekrBFzPAxN9advc/eoadrXoc37ozAQPCRm/2Lb8d5nTC+
1nYeV1SsOz5dlVU0fiqjUzBRMB0GA1UdDgQWBBQRaGnRj0IZqiiqrl8hEbTAV5bd
ADAfBgNVHSMEGDAWgBQRaGnRj0IZqiiqrl8hEbTAV5bdADAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCIQDaFZPSTjlWpHVbJZiEa0bZCBTmR4jNnehY
xjz7xmT4AgIgQoZH0NrMGBhDn3O2jj2OjhpFBczIXxeR21SruwY/vVw=
-----END CERTIFICATE-----
"""
