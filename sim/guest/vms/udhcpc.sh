#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
# Called by udhcpc with what a DHCP server said; sets the address and keeps the router's.
case $1 in
  deconfig) ip link set "$interface" up ;;
  bound | renew)
    ip address flush dev "$interface"
    ip address add "$ip/${mask:-24}" dev "$interface"
    echo "$ip" > /tmp/address
    echo "${router:-$serverid}" > /tmp/router
    ;;
esac
