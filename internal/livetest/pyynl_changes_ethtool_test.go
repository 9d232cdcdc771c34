//go:build linux

package livetest

import (
	"github.com/nlgen/nlgen/generated/ethtool"
	"github.com/nlgen/nlgen/runtime/nl"
)

var ethtoolScenarios = []scenario{{name: "ethtool", setup: ethtoolLinks, stages: []func(*World) []twice{ethtoolChanges, ethtoolRefusals},
	reads: func(w *World) (calls []twice) {
		for _, dev := range []string{"va", "tap0"} {
			calls = append(calls, ethtoolDos(w, Object{"header": Object{"dev-name": dev}}, &ethtool.Header{DevName: nl.Str(dev)})...)
		}
		return calls
	}}}

// with is a request for a link.
func with(dev string, more Object) Object {
	o := Object{"header": Object{"dev-name": dev}}
	for k, v := range more {
		o[k] = v
	}
	return o
}

func ethtoolChanges(w *World) []twice {
	c, ctx := w.Ethtool, w.Ctx
	va, tap := &ethtool.Header{DevName: nl.Str("va")}, &ethtool.Header{DevName: nl.Str("tap0")}
	features := &ethtool.Features{Header: va, Wanted: &ethtool.Bitset{Bits: &ethtool.BitsetBits{Bit: []ethtool.BitsetBit{
		{Name: nl.Str("tx-tcp-segmentation")}, {Name: nl.Str("rx-gro"), Value: true}}}}}
	return []twice{
		do("ethtool", "features-set", with("va", Object{"wanted": Object{"bits": Object{"bit": []any{
			Object{"name": "tx-tcp-segmentation"}, Object{"name": "rx-gro", "value": true}}}}}),
			func() (*ethtool.Features, error) { return c.FeaturesSet(ctx, features) }),
		act("ethtool", "channels-set", with("va", Object{"rx-count": 1, "tx-count": 2}), nil, func() error {
			return c.ChannelsSet(ctx, &ethtool.Channels{Header: va, RXCount: nl.U32(1), TXCount: nl.U32(2)})
		}),
		act("ethtool", "coalesce-set", with("tap0", Object{"rx-max-frames": 7}), nil, func() error {
			return c.CoalesceSet(ctx, &ethtool.Coalesce{Header: tap, RXMaxFrames: nl.U32(7)})
		}),
		act("ethtool", "linkmodes-set", with("tap0", Object{"speed": 2500, "duplex": 0}), nil, func() error {
			return c.LinkmodesSet(ctx, &ethtool.Linkmodes{Header: tap, Speed: nl.U32(2500), Duplex: nl.Some(ethtool.DuplexHalf)})
		}),
		act("ethtool", "linkinfo-set", with("tap0", Object{"port": 3}), nil, func() error {
			return c.LinkinfoSet(ctx, &ethtool.Linkinfo{Header: tap, Port: nl.Some(ethtool.PortFibre)})
		}),
		act("ethtool", "debug-set", with("tap0", Object{"msgmask": Object{"size": 3, "value": "06000000", "mask": "07000000"}}), nil, func() error {
			return c.DebugSet(ctx, &ethtool.Debug{Header: tap, Msgmask: &ethtool.Bitset{Size: nl.U32(3), Value: []uint32{6}, Mask: []uint32{7}}})
		}),
	}
}

// ethtoolRefusals are changes that no link of this kernel can do.
func ethtoolRefusals(w *World) []twice {
	c, ctx := w.Ethtool, w.Ctx
	va := &ethtool.Header{DevName: nl.Str("va")}
	bits := Object{"nomask": true, "size": 1, "value": "01000000"}
	set := &ethtool.Bitset{Nomask: true, Size: nl.U32(1), Value: []uint32{1}}
	return []twice{
		act("ethtool", "wol-set", with("va", Object{"modes": bits}), nil, func() error { return c.WoLSet(ctx, &ethtool.WoL{Header: va, Modes: set}) }),
		act("ethtool", "privflags-set", with("va", Object{"flags": bits}), nil, func() error {
			return c.PrivflagsSet(ctx, &ethtool.Privflags{Header: va, Flags: set})
		}),
		act("ethtool", "rings-set", with("va", Object{"rx": 64}), nil, func() error { return c.RingsSet(ctx, &ethtool.Rings{Header: va, RX: nl.U32(64)}) }),
		act("ethtool", "pause-set", with("va", Object{"rx": 1}), nil, func() error { return c.PauseSet(ctx, &ethtool.Pause{Header: va, RX: nl.U8(1)}) }),
		act("ethtool", "eee-set", with("va", Object{"enabled": 1}), nil, func() error { return c.EEESet(ctx, &ethtool.EEE{Header: va, Enabled: nl.U8(1)}) }),
		act("ethtool", "cable-test-act", with("va", nil), nil, func() error { return c.CableTestAct(ctx, &ethtool.CableTest{Header: va}) }),
		act("ethtool", "cable-test-tdr-act", with("va", nil), nil, func() error { return c.CableTestTdrAct(ctx, &ethtool.CableTestTdr{Header: va}) }),
		act("ethtool", "fec-set", with("va", Object{"auto": 1}), nil, func() error { return c.FECSet(ctx, &ethtool.FEC{Header: va, Auto: nl.U8(1)}) }),
		act("ethtool", "module-set", with("va", Object{"power-mode-policy": 1}), nil, func() error {
			return c.ModuleSet(ctx, &ethtool.Module{Header: va, PowerModePolicy: nl.Some(ethtool.ModulePowerModePolicyHigh)})
		}),
		act("ethtool", "pse-set", with("va", Object{"c33-pse-admin-control": 2}), nil, func() error {
			return c.PSESet(ctx, &ethtool.PSE{Header: va, C33PSEAdminControl: nl.Some(ethtool.C33PSEAdminState(2))})
		}),
		act("ethtool", "plca-set-cfg", with("va", Object{"enabled": 1}), nil, func() error {
			return c.PLCASetCfg(ctx, &ethtool.PLCA{Header: va, Enabled: nl.U8(1)})
		}),
		act("ethtool", "mm-set", with("va", Object{"tx-enabled": 1}), nil, func() error { return c.MmSet(ctx, &ethtool.Mm{Header: va, TXEnabled: nl.U8(1)}) }),
		act("ethtool", "module-fw-flash-act", with("va", Object{"file-name": "x"}), nil, func() error {
			return c.ModuleFwFlashAct(ctx, &ethtool.ModuleFwFlash{Header: va, FileName: nl.Str("x")})
		}),
		do("ethtool", "tsconfig-set", with("va", Object{"tx-types": bits}), func() (*ethtool.Tsconfig, error) {
			return c.TsconfigSet(ctx, &ethtool.Tsconfig{Header: va, TXTypes: set})
		}),
		act("ethtool", "rss-set", with("va", Object{"hfunc": 1}), nil, func() error { return c.RSSSet(ctx, &ethtool.RSS{Header: va, Hfunc: nl.U32(1)}) }),
		do("ethtool", "rss-create-act", with("va", nil), func() (*ethtool.RSS, error) { return c.RSSCreateAct(ctx, &ethtool.RSS{Header: va}) }),
		act("ethtool", "rss-delete-act", with("va", Object{"context": 1}), nil, func() error {
			return c.RSSDeleteAct(ctx, &ethtool.RSS{Header: va, Context: nl.U32(1)})
		}),
	}
}
