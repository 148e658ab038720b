"""llama.cpp's server from the library xllamacpp, as a program: `guard.py` starts it.

It takes its settings from the environment, under the names that llama-server has for them, and ends when its
standard input does. With `--devices` it prints what the library can compute on. It imports nothing of this
program, so that it starts at once.
"""

import json
import os
import sys
import threading


def main() -> None:
    """Serve until the process is ended."""
    import xllamacpp

    if "--devices" in sys.argv:
        sys.stdout.write(json.dumps([_told(each) for each in xllamacpp.get_device_info()]))
        return
    threading.Thread(target=_end_with_input, daemon=True).start()
    given = os.environ
    parameters = xllamacpp.CommonParams()
    parameters.model.path = given["LLAMA_ARG_MODEL"]
    parameters.mmproj.path = given.get("LLAMA_ARG_MMPROJ", "")
    parameters.model_alias = {given["LLAMA_ARG_ALIAS"]}
    parameters.hostnames = [given["LLAMA_ARG_HOST"]]
    parameters.port = int(given["LLAMA_ARG_PORT"])
    parameters.api_keys = [given["LLAMA_API_KEY"]]
    parameters.cors_origins = given["LLAMA_ARG_CORS_ORIGINS"]
    parameters.ui = parameters.endpoint_slots = False
    parameters.n_ctx = int(given["LLAMA_ARG_CTX_SIZE"])
    parameters.n_parallel = int(given["LLAMA_ARG_N_PARALLEL"])
    parameters.kv_unified = True
    parameters.cache_ram_mib = int(given["LLAMA_ARG_CACHE_RAM"])
    parameters.enable_reasoning = 0 if given["LLAMA_ARG_REASONING"] == "off" else -1
    if threads := given.get("LLAMA_ARG_THREADS"):
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = int(threads)
    parameters.verbosity = int(given["LLAMA_ARG_LOG_VERBOSITY"])
    server = xllamacpp.Server(parameters)
    threading.Event().wait()
    del server


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(1)


def _told(device: dict[str, object]) -> dict[str, object]:
    is_card = getattr(device["type"], "name", "").endswith("GPU")
    return {"name": device["description"], "free": device["memory_free"], "is_card": is_card}


if __name__ == "__main__":
    main()
