import { QueryClientProvider } from '@tanstack/react-query';
import { BrowserRouter } from 'react-router';
import { ClientProvider } from '@igny8/react';
import { ConfirmDialogProvider } from '~/shared/overlay/ConfirmDialog';
import { ToastNotifications } from '~/shared/overlay/ToastNotifications';
import { client, queries } from './client';
import { ErrorBoundary } from './ErrorBoundary';
import { SessionGate } from './SessionGate';

export function App() {
  return (
    <ErrorBoundary>
      <QueryClientProvider client={queries}>
        <ClientProvider client={client}>
          <BrowserRouter>
            <ToastNotifications>
              <ConfirmDialogProvider>
                <SessionGate />
              </ConfirmDialogProvider>
            </ToastNotifications>
          </BrowserRouter>
        </ClientProvider>
      </QueryClientProvider>
    </ErrorBoundary>
  );
}
