"""The model as cdk8s constructs: the only part that knows cdk8s, and Node behind it.

Import it late: it takes half a second. The package itself is what runs in Python; whatever is in it waits
for Node, which another thread can do.
"""

import os

import jsii  # noqa: F401 - a quarter of a second, in Python

from generator import tools

# jsii takes whatever Node is on PATH and prints a banner when it is an old one: use the one that comes with gen.
os.environ["JSII_NODE"] = str(tools.node_path())
# Options for somebody else's programs can keep this Node from starting, or change what it prints.
os.environ.pop("NODE_OPTIONS", None)
