import { Component, type ReactNode } from 'react';
import { Button } from '~/shared/ui/Button';
import { StateMessage } from '~/shared/ui/StateMessage';
import { TriangleAlert } from 'lucide-react';

/** A page that fails to draw says so, and the rest goes on. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <StateMessage
        role="alert"
        icon={<TriangleAlert size={18} />}
        title="This page could not be drawn"
        actions={
          <Button kind="primary" onClick={() => location.reload()}>
            Load it again
          </Button>
        }
      >
        Nothing was lost or charged: what you did before is stored on the server.
      </StateMessage>
    );
  }
}
