#!/bin/sh
# Second stage of the guest's boot, and its process 1.
export PATH=/usr/sbin:/usr/bin HOME=/root TERM=linux
# LAB_MODULES: modules to load for the disks; LAB_DISKS: how many there are; LAB_UDEV, LAB_CONSOLE: yes or no.
. /usr/lib/lab/settings

mount -t tmpfs -o mode=0755 run /run
mount -t tmpfs tmp /tmp
mkdir -p /dev/pts /dev/shm /run/lab
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t debugfs debugfs /sys/kernel/debug
ln -s /proc/self/fd /dev/fd
ln -s /proc/mounts /etc/mtab

# Restarts a program that ends; the pause keeps one that cannot start from taking the machine's time.
keep() {
	name=$1
	shift
	while :; do
		"$@" </dev/null >/dev/console 2>&1 &
		echo $! > "/run/lab/$name.pid"
		wait $!
		sleep 0.2
	done
}

disks() {
	set -- /sys/block/nvme* /sys/block/sd* /sys/block/vd*
	count=0
	for disk; do [ -e "$disk" ] && count=$((count + 1)); done
	# The root image is one of them.
	echo $((count - 1))
}

# The helper has its port open. Someone waits for it, and two Nodes that start at once delay each other. No program
# is run to find out, which would delay it as well.
helper_listens() {
	for name in /sys/class/virtio-ports/*/name; do
		read -r port < "$name"
		[ "$port" = org.remap.helper ] || continue
		folder=${name%/name}
		while read -r line; do
			[ "$line" = 'guest_connected: 1' ] && return
		done < "/sys/kernel/debug/virtio-ports/${folder##*/}"
	done
	return 1
}

# Busybox's modprobe starts sooner than kmod's.
busybox modprobe virtio_console
[ -e /usr/lib/lab/helper.cjs ] && keep helper node /usr/lib/lab/helper.cjs --virtio-port org.remap.helper &

busybox modprobe -a $LAB_MODULES
for _ in $(seq 200); do
	[ "$(disks)" -ge "$LAB_DISKS" ] && break
	sleep 0.05
done
if [ "$LAB_UDEV" = yes ]; then
	# Started this late, udev hears of the disks and not of each driver before them.
	/usr/lib/systemd/systemd-udevd --daemon
	for disk in /sys/block/*; do echo add > "$disk/uevent"; done
	udevadm settle --timeout=30
fi
echo "lab: $(disks) of $LAB_DISKS disks are ready"
if [ -e /usr/lib/lab/helper.cjs ]; then
	for _ in $(seq 60); do
		helper_listens && break
		sleep 0.5
	done
fi
keep agent node /usr/lib/lab/agent.mjs --virtio-port org.remap.lab &

if [ "$LAB_CONSOLE" = yes ]; then
	setsid sh -c 'sh -i </dev/ttyS0 >/dev/ttyS0 2>&1; poweroff -f' &
fi

# Collects the processes whose parents have ended.
while :; do
	wait
	sleep 1
done
