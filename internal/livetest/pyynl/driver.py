# Makes calls with the kernel's Python client and prints what it gives.
#
# Arguments: the folder of the client, the folder of the schemas. Standard input: a JSON list of calls, each with
# spec, op, mode (do or dump), json, the request, and flags of the header for a do. Standard output: a JSON list of results, each with one of reply,
# errno (a refusal of the kernel) and exception (the client could not read or write a message).
import contextlib
import json
import os
import sys

client, specs = sys.argv[1:3]
sys.path.insert(0, client)
from lib import YnlFamily, NlError  # noqa: E402


def plain(value):
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": value.hex()}
    if isinstance(value, set):
        return {"$set": sorted(value)}
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value


families = {}


def run(call):
    name = call["spec"]
    try:
        # The client prints warnings to standard output.
        with contextlib.redirect_stdout(sys.stderr):
            if name not in families:
                families[name] = YnlFamily(os.path.join(specs, name + ".yaml"), process_unknown=True)
            if call["mode"] == "do":
                reply = families[name].do(call["op"], call["json"], call["flags"])
            else:
                reply = families[name].dump(call["op"], call["json"])
        return {"reply": plain(reply)}
    except NlError as e:  # which ends an answer
        return {"errno": -e.nl_msg.error}
    except Exception as e:
        families.pop(name, None)  # its socket may hold the rest of an answer
        return {"exception": f"{type(e).__name__}: {e}"}


json.dump([run(call) for call in json.load(sys.stdin)], sys.stdout)
