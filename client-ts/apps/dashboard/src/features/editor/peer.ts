import { useEffect, useState } from 'react';
import type { DocumentProvider } from '@igny8/sdk';

/** What one tells the others of oneself. */
export interface PeerUser {
  name: string;
  color: string;
  /** True for an AI that writes. */
  ai?: boolean;
}

export interface Peer extends PeerUser {
  id: number;
}

const COLOUR = /^#[0-9a-f]{6}$/i;
const COLOUR_OTHERWISE = '#4a4a55';

/** Presence comes from other people's browsers: only a plain colour is let into a style. */
export function safeColour(colour: unknown): string {
  return typeof colour === 'string' && COLOUR.test(colour) ? colour : COLOUR_OTHERWISE;
}

function peersOf(provider: DocumentProvider): Peer[] {
  const peers: Peer[] = [];
  for (const [id, state] of provider.awareness.getStates()) {
    const user = state['user'] as Partial<PeerUser> | undefined;
    if (id !== provider.awareness.clientID && user?.name) peers.push({ id, name: String(user.name), color: safeColour(user.color), ai: user.ai === true });
  }
  return peers.sort((a, b) => a.id - b.id);
}

/** Who else is in the document. */
export function usePeers(provider: DocumentProvider): Peer[] {
  const [peers, setPeers] = useState<Peer[]>(() => peersOf(provider));
  useEffect(() => {
    const look = () => setPeers((before) => (same(before, peersOf(provider)) ? before : peersOf(provider)));
    look();
    provider.awareness.on('change', look);
    return () => provider.awareness.off('change', look);
  }, [provider]);
  return peers;
}

function same(before: Peer[], after: Peer[]): boolean {
  return before.length === after.length && before.every((peer, index) => peer.id === after[index]?.id && peer.name === after[index]?.name);
}
