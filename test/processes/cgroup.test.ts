import { describe, expect, test } from 'vitest'
import { containerInMounts, parseCgroup } from '../../src/processes/cgroup.ts'

const ID = 'b78cb4b4b2f3bb0b4c2b8e5ac1d3f8a96a4a6a21c20c8b0cc3a1b2a3a4d5e6f7'
const OTHER = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809'
const POD = '7b3f6d9c-1c2d-4e5f-8a9b-0c1d2e3f4a5b'
const POD_ = POD.replaceAll('-', '_')

const CONTAINERS: [what: string, text: string, containerId: string, podUid?: string][] = [
  ['docker, v1', `12:memory:/docker/${ID}\n1:name=systemd:/docker/${ID}`, ID],
  ['docker, v2 with systemd', `0::/system.slice/docker-${ID}.scope`, ID],
  ['docker, v2 with cgroupfs', `0::/docker/${ID}`, ID],
  ['docker in docker', `0::/docker/${OTHER}/docker/${ID}`, ID],
  ['a process group inside a container', `0::/docker/${ID}/init.scope`, ID],
  ['docker with a parent of its own', `4:cpu:/my.slice/docker-${ID}.scope`, ID],
  [
    'rootless docker',
    `0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${ID}.scope`,
    ID,
  ],
  ['containerd', `0::/default/${ID}`, ID],
  ['nerdctl', `0::/system.slice/nerdctl-${ID}.scope`, ID],
  ['kubernetes, cgroupfs', `11:cpuset:/kubepods/burstable/pod${POD}/${ID}`, ID, POD],
  ['kubernetes, guaranteed', `0::/kubepods/pod${POD}/${ID}`, ID, POD],
  [
    'kubernetes, systemd and containerd',
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${POD_}.slice/cri-containerd-${ID}.scope`,
    ID,
    POD,
  ],
  [
    'kubernetes, systemd and CRI-O',
    `0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${POD_}.slice/crio-${ID}.scope`,
    ID,
    POD,
  ],
  [
    'CRI-O with a child group',
    `0::/kubepods.slice/kubepods-pod${POD_}.slice/crio-${ID}.scope/container`,
    ID,
    POD,
  ],
  [
    'kubernetes, systemd and docker',
    `1:name=systemd:/kubepods.slice/kubepods-pod${POD_}.slice/docker-${ID}.scope`,
    ID,
    POD,
  ],
  [
    'containerd that was told of the wrong driver',
    `0::/system.slice/containerd.service/kubepods-burstable-pod${POD_}.slice:cri-containerd:${ID}`,
    ID,
    POD,
  ],
  [
    'kind',
    `0::/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${POD_}.slice/cri-containerd-${ID}.scope`,
    ID,
    POD,
  ],
  [
    'a pod from a file on the node',
    `0::/kubepods/burstable/podc0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f/${ID}`,
    ID,
    'c0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f',
  ],
  ['another container of the pod, from inside', `0::/../cri-containerd-${ID}.scope`, ID],
  ['podman', `0::/machine.slice/libpod-${ID}.scope`, ID],
  ['podman with a child group', `0::/machine.slice/libpod-${ID}.scope/container`, ID],
  ['podman, cgroupfs', `5:memory:/libpod_parent/libpod-${ID}`, ID],
  [
    'rootless podman',
    `0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope/container`,
    ID,
  ],
  ['ECS', `9:perf_event:/ecs/my-cluster/9d1f8c1e2a3b4c5d6e7f8091a2b3c4d5/${ID}`, ID],
  [
    'Fargate',
    '5:cpu:/ecs/432624d2150b349fe35ba397284dea78/432624d2150b349fe35ba397284dea78-4270926225',
    '432624d2150b349fe35ba397284dea78-4270926225',
  ],
  [
    'Cloud Foundry',
    '1:cpu:/system.slice/garden.service/garden/6f265890-5165-7fab-6b52-18d1',
    '6f265890-5165-7fab-6b52-18d1',
  ],
  ['LXC, v1', '3:cpuset:/lxc/web/init.scope', 'web'],
  ['LXC, v2', '0::/lxc.payload.web/system.slice/nginx.service', 'web'],
  ['nspawn', '0::/machine.slice/systemd-nspawn@web.service/payload', 'web'],
  ['machined', '0::/machine.slice/machine-build\\x2dbox.scope', 'build-box'],
]

const NOT_CONTAINERS: [what: string, text: string][] = [
  ['the root', '0::/'],
  ['a login', '0::/user.slice/user-1000.slice/session-3.scope'],
  ['a service', '0::/system.slice/nginx.service'],
  ["podman's watcher", `0::/machine.slice/libpod-conmon-${ID}.scope`],
  ["CRI-O's watcher", `0::/kubepods.slice/kubepods-pod${POD_}.slice/crio-conmon-${ID}.scope`],
  ['a hash of another length', '0::/docker/b78cb4b4b2f3'],
  ['nothing', ''],
  ['garbage', 'x:\0\n::\n:::///'],
]

const UNITS: [text: string, unit: string][] = [
  ['0::/system.slice/nginx.service', 'nginx.service'],
  ['1:name=systemd:/system.slice/shop.service\n0::/', 'shop.service'],
  [
    '0::/system.slice/system-postgresql.slice/postgresql@15-main.service',
    'postgresql@15-main.service',
  ],
  ['0::/system.slice/my\\x2dshop.service', 'my-shop.service'],
  ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/cart.service', 'cart.service'],
  ['0::/system.slice/shop.service/worker', 'shop.service'],
  ['0::/user.slice/user-1000.slice/session-3.scope', ''],
  [
    '0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.gnome.Terminal.slice/vte-spawn-1.scope',
    '',
  ],
  ['0::/init.scope', ''],
]

describe('cgroup', () => {
  for (const [what, text, containerId, podUid] of CONTAINERS) {
    test(`names the container of ${what}`, () => {
      expect(parseCgroup(text)).toMatchObject({ containerId, podUid: podUid ?? '' })
    })
  }

  for (const [what, text] of NOT_CONTAINERS) {
    test(`sees no container in ${what}`, () => {
      expect(parseCgroup(text).containerId).toBe('')
    })
  }

  for (const [text, unit] of UNITS) {
    test(`reads ${unit || 'no unit'} out of ${text}`, () => {
      expect(parseCgroup(text).systemdUnit).toBe(unit)
    })
  }

  test('names the container from its mounts when its own namespace hides the path', () => {
    const docker = `700 690 8:1 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw - ext4 /dev/sda1 rw`
    const podman = `700 690 0:45 /containers/storage/overlay-containers/${ID}/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw`
    expect(containerInMounts(docker)).toBe(ID)
    expect(containerInMounts(podman)).toBe(ID)
    expect(containerInMounts('22 1 8:1 / / rw - ext4 /dev/root rw')).toBe('')
  })
})
