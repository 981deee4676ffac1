"""The model as cdk8s constructs: the only part that knows cdk8s, and Node behind it.

Import it late: it takes half a second.
"""

import os

from generator import tools

# jsii takes whatever Node is on PATH and prints a banner when it is an old one: use the one that comes with gen.
os.environ.setdefault("JSII_NODE", str(tools.node_path()))
