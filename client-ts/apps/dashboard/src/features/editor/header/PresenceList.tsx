import type { DocumentProvider } from '@igny8/sdk';
import { Avatar } from '~/shared/ui/Avatar';
import { usePeers } from '../peer';

// More would push the buttons away; the rest is counted.
const SHOWN_MAX = 5;

/** Who else is in the document, the writing AI among them. */
export function PresenceList({ provider }: { provider: DocumentProvider }) {
  const peers = usePeers(provider);
  if (peers.length === 0) return null;
  return (
    <ul aria-label="Also here" data-testid="presence" className="flex items-center -space-x-1.5">
      {peers.slice(0, SHOWN_MAX).map((peer) => (
        <li key={peer.id} className="flex">
          <Avatar name={peer.name} colour={peer.color} live={peer.ai ?? false} />
        </li>
      ))}
      {peers.length > SHOWN_MAX && <li className="tnum pl-3 text-xs text-ink-3">+{peers.length - SHOWN_MAX}</li>}
    </ul>
  );
}
