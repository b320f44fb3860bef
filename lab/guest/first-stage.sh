#!/bin/busybox sh
# First stage of the guest's boot: mounts the read-only root image under a writable layer in memory and goes on there.
bb=/bin/busybox
$bb mount -t proc proc /proc
$bb mount -t sysfs sysfs /sys
$bb mount -t devtmpfs dev /dev
while read -r module; do $bb insmod "/modules/$module.ko"; done < /modules/order

root=
for disk in /sys/block/vd*; do
	[ "$($bb cat "$disk/serial" 2>/dev/null)" = LABROOT ] && root=/dev/${disk##*/}
done
[ -n "$root" ] || { echo "lab: the root image is not there"; $bb poweroff -f; }

$bb mount -t ext4 -o ro "$root" /lower || { echo "lab: the root image cannot be mounted"; $bb poweroff -f; }
$bb mount -t tmpfs -o size=50% layer /layer
$bb mkdir /layer/upper /layer/work
# What changes often comes in the initramfs and lies over the image.
$bb cp -a /overlay/. /layer/upper/
$bb mount -t overlay -o lowerdir=/lower,upperdir=/layer/upper,workdir=/layer/work root /root
for mount in proc sys dev; do $bb mount --move "/$mount" "/root/$mount"; done
exec $bb switch_root /root /usr/lib/lab/init
