// Dialogs: one with content, one that asks before something is deleted. Focus and Escape are Radix's.

import { X } from 'lucide-react';
import { AlertDialog, Dialog as Radix } from 'radix-ui';
import { useRef, type ReactNode } from 'react';
import { Button } from './button.tsx';

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  /** 'wide' for reading, 'full' for tables, 'side' for a sheet at the right, 'drawer' for one at the left. */
  form?: 'normal' | 'wide' | 'full' | 'side' | 'drawer';
  children: ReactNode;
}

export function Dialog({ open, onClose, title, description, form = 'normal', children }: DialogProps) {
  const focus = useReturnedFocus();
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal container={document.getElementById('dialogs')}>
        <Radix.Overlay className="overlay" />
        <Radix.Content
          className={`dialog dialog-${form}`}
          onOpenAutoFocus={(event) => {
            focus.remember();
            focusFirstField(event);
          }}
          onCloseAutoFocus={focus.giveBack}
          onInteractOutside={leaveByVeilOnly}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
        >
          <header className="dialog-head">
            <Radix.Title className="dialog-title">{title}</Radix.Title>
            <Radix.Close asChild>
              <button type="button" className="icon-button" aria-label="Close">
                <X size={18} />
              </button>
            </Radix.Close>
          </header>
          {description !== undefined && <Radix.Description className="dialog-note">{description}</Radix.Description>}
          <div className="dialog-body">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

// Where there is something to type, typing begins at once; otherwise the dialog itself has the focus, not its close button.
function focusFirstField(event: Event): void {
  event.preventDefault();
  const dialog = event.currentTarget as HTMLElement;
  (dialog.querySelector<HTMLElement>('.dialog-body :is(input.input, textarea)') ?? dialog).focus();
}

// Notices stay in reach above a dialog: only a press on what it veils leaves it.
function leaveByVeilOnly(event: Event): void {
  if (!(event.target as Element).matches('.overlay')) event.preventDefault();
}

// These dialogs are opened by state and not by a button of Radix's, so who had the focus is remembered here.
function useReturnedFocus() {
  const before = useRef<Element | null>(null);
  return {
    remember: () => {
      before.current = document.activeElement;
    },
    giveBack: (event: Event) => {
      event.preventDefault();
      if (before.current instanceof HTMLElement) before.current.focus();
    },
  };
}

interface ConfirmProps {
  open: boolean;
  title: string;
  /** What will be gone, and what stays. */
  description: ReactNode;
  action: string;
  onConfirm: () => void;
  onCancel: () => void;
}

export function ConfirmDialog({ open, title, description, action, onConfirm, onCancel }: ConfirmProps) {
  const focus = useReturnedFocus();
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onCancel()}>
      <AlertDialog.Portal container={document.getElementById('dialogs')}>
        <AlertDialog.Overlay className="overlay" />
        <AlertDialog.Content
          className="dialog dialog-normal"
          onOpenAutoFocus={focus.remember}
          onCloseAutoFocus={focus.giveBack}
        >
          <AlertDialog.Title className="dialog-title">{title}</AlertDialog.Title>
          <AlertDialog.Description asChild>
            <div className="dialog-note">{description}</div>
          </AlertDialog.Description>
          <div className="dialog-actions">
            <AlertDialog.Cancel asChild>
              <Button>Keep</Button>
            </AlertDialog.Cancel>
            <AlertDialog.Action asChild>
              <Button kind="danger" onClick={onConfirm}>
                {action}
              </Button>
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
