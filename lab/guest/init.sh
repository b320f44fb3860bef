#!/bin/sh
# Second stage of the guest's boot, and its process 1.
export PATH=/usr/sbin:/usr/bin HOME=/root TERM=linux
settings=/usr/lib/lab/settings
. $settings

mount -t tmpfs -o mode=0755 run /run
mount -t tmpfs tmp /tmp
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t debugfs debugfs /sys/kernel/debug
ln -s /proc/self/fd /dev/fd
ln -s /proc/mounts /etc/mtab

# Restarts a program that ends; the pause keeps one that cannot start from taking the machine's time.
keep() {
	while :; do
		"$@" </dev/null >/dev/console 2>&1
		sleep 0.2
	done
}

/usr/sbin/modprobe virtio_console
[ -e /usr/lib/lab/helper.cjs ] && keep node /usr/lib/lab/helper.cjs --virtio-port org.remap.helper &
keep node /usr/lib/lab/agent.cjs &

/usr/sbin/modprobe -a $LAB_MODULES
if [ "$LAB_UDEV" = yes ]; then
	/usr/lib/systemd/systemd-udevd --daemon
	udevadm trigger --action=add --subsystem-match=block
	udevadm settle --timeout=30
fi
: > /run/lab-disks-ready

# Collects the processes whose parents have ended.
while :; do wait; sleep 1; done
