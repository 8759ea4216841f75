"""Distributed shell in Python: an AppMaster against the .proto files alone, with stock grpcio.

    bobbin app submit examples/distributed-shell-python -- --copies 3 'echo "copy $COPY"'

What a client library would do is written out here: the token file, response ids, what to repeat when a call fails, and what to say
again to a ResourceManager that was restarted.
"""
import argparse
import os
import re
import struct
import sys
import time

import grpc

sys.path.insert(0, "proto")
RM_PROTO, RM_SERVICE = grpc.protos_and_services("applicationmaster_protocol.proto")
NM_PROTO, NM_SERVICE = grpc.protos_and_services("containermanagement_protocol.proto")
MESSAGES, YARN, SECURITY = (grpc.protos(f"{name}.proto") for name in ("yarn_service_protos", "yarn_protos", "Security"))


def amrm_token(path):
    """The first token of the file that the NodeManager laid down: HDTS, a version, a count, then alias and token each."""
    data = open(path, "rb").read()
    assert data[:5] == b"HDTS\0", f"{path} is no credentials file of version 0"
    at = 5

    def vint():
        nonlocal at
        first = struct.unpack_from("b", data, at)[0]
        at += 1
        if first >= -112:
            return first
        size = -112 - first
        at += size
        return int.from_bytes(data[at - size : at], "big")

    def field():
        nonlocal at
        size = vint()
        at += size
        return data[at - size : at]

    for _ in range(vint()):
        field()
        identifier, password, kind, service = field(), field(), field().decode(), field().decode()
        if kind == "YARN_AM_RM_TOKEN":
            return SECURITY.TokenProto(identifier=identifier, password=password, kind=kind, service=service)
    raise SystemExit(f"{path} holds no YARN_AM_RM_TOKEN: this is no AppMaster's container")


def shown(token):
    return (("bobbin-token-bin", token.SerializeToString()),)


def key_of(container_id):
    """Containers are counted anew in each attempt."""
    return container_id.app_attempt_id.attemptId, container_id.id


class ResourceManager:
    """The three calls of ApplicationMasterProtocol, repeated while nothing answers."""

    def __init__(self, address, token):
        self.stub = RM_SERVICE.ApplicationMasterProtocolServiceStub(grpc.insecure_channel(address))
        self.token = token

    def call(self, method, request, forgotten):
        pause = 0.01
        while True:
            try:
                return getattr(self.stub, method)(request, metadata=shown(self.token), timeout=30)
            except grpc.RpcError as error:
                said = dict(error.trailing_metadata() or ())
                if said.get("bobbin-code") == "APPLICATION_MASTER_NOT_REGISTERED":
                    return forgotten()
                if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
                    raise
                print(f"{method} failed and is repeated: {error.details()}", flush=True)
            time.sleep(pause)
            pause = min(1, pause * 2)


class DistributedShell:
    def __init__(self, options, command):
        self.options, self.command = options, command
        self.rm = ResourceManager(os.environ["BOBBIN_RM_ADDRESS"], amrm_token(os.environ["HADOOP_TOKEN_FILE_LOCATION"]))
        self.response_id = 0
        self.say_all = True
        self.waiting = [(number, options.retries) for number in range(1, options.copies + 1)]
        self.running, self.nm_tokens, self.release, self.failures = {}, {}, [], []
        self.ended = 0

    def register(self):
        host = os.environ["NM_HOST"]
        request = MESSAGES.RegisterApplicationMasterRequestProto(host=host, rpc_port=-1, tracking_url="")
        self.rm.call("registerApplicationMaster", request, lambda: None)
        self.response_id, self.say_all = 0, True

    def asks(self):
        """The count wanted in all, never a difference: so it may be said twice, and is not said without need."""
        if not self.say_all:
            return []
        size = YARN.ResourceProto(memory=self.options.memory, virtual_cores=1)
        row = YARN.ResourceRequestProto(resource_name="*", capability=size, num_containers=len(self.waiting))
        row.priority.priority = 0
        return [row]

    def allocate(self):
        request = MESSAGES.AllocateRequestProto(
            ask=self.asks(),
            release=self.release,
            response_id=self.response_id,
            progress=self.ended / self.options.copies,
            wait_ms=1000,
        )
        answer = self.rm.call("allocate", request, self.register)
        if answer is None:  # registered anew: everything is said again
            return
        self.say_all, self.release = False, []
        self.response_id = answer.response_id
        if answer.HasField("am_rm_token"):
            self.rm.token = answer.am_rm_token
        for given in answer.nm_tokens:
            self.nm_tokens[(given.nodeId.host, given.nodeId.port)] = given.token
        for status in answer.completed_container_statuses:
            self.completed(status)
        for container in answer.allocated_containers:
            self.start(container)

    def start(self, container):
        if not self.waiting:
            self.release.append(container.id)
            return
        number, tries_left = self.waiting.pop(0)
        # Commands stand between double quotes in the launch script.
        quoted = re.sub(r'([\\"$`])', r"\\\1", self.command)
        context = YARN.ContainerLaunchContextProto(command=[f"{{ {quoted}\n}} 1><LOG_DIR>/stdout 2><LOG_DIR>/stderr"])
        context.environment.add(key="COPY", value=str(number))
        context.environment.add(key="COPIES", value=str(self.options.copies))
        request = MESSAGES.StartContainersRequestProto()
        request.start_container_request.add(container_launch_context=context, container_token=container.container_token)
        node = (container.nodeId.host, container.nodeId.port)
        try:
            with grpc.insecure_channel(f"{node[0]}:{node[1]}") as channel:
                stub = NM_SERVICE.ContainerManagementProtocolServiceStub(channel)
                answer = stub.startContainers(request, metadata=shown(self.nm_tokens[node]), timeout=30)
            refused = [failed.exception.message for failed in answer.failed_requests]
        except grpc.RpcError as error:
            refused = [error.details()]
        if refused:
            print(f"copy {number} was refused: {refused[0]}", flush=True)
            self.release.append(container.id)
            self.again(number, tries_left)
            return
        self.running[key_of(container.id)] = (number, tries_left)
        print(f"copy {number} runs on {node[0]}:{node[1]}", flush=True)

    def completed(self, status):
        copy = self.running.pop(key_of(status.container_id), None)
        if copy is None:
            return
        number, tries_left = copy
        print(f"copy {number} ended with exit code {status.exit_status}", flush=True)
        if status.exit_status != 0 and tries_left > 0:
            self.again(number, tries_left - 1)
            return
        if status.exit_status != 0:
            self.failures.append(f"copy {number}: exit code {status.exit_status}")
        self.ended += 1

    def again(self, number, tries_left):
        self.waiting.append((number, tries_left))
        self.say_all = True

    def unregister(self):
        copies = self.options.copies
        summary = [f"{copies - len(self.failures)} of {copies} copies succeeded", *self.failures]
        request = MESSAGES.FinishApplicationMasterRequestProto(
            diagnostics="\n".join(summary),
            tracking_url="",
            final_application_status=YARN.APP_FAILED if self.failures else YARN.APP_SUCCEEDED,
        )
        while True:
            answer = self.rm.call("finishApplicationMaster", request, self.register)
            if answer is not None and answer.isUnregistered:
                return
            time.sleep(0.02)

    def run(self):
        self.register()
        while self.ended < self.options.copies:
            self.allocate()
        self.unregister()


parser = argparse.ArgumentParser()
parser.add_argument("--copies", type=int, default=1)
parser.add_argument("--retries", type=int, default=0)
parser.add_argument("--memory", type=int, default=256)
parser.add_argument("command", nargs="+")
arguments = parser.parse_args()
DistributedShell(arguments, " ".join(arguments.command)).run()
