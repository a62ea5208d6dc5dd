// The buttons of the page. An icon alone always carries its name, as a label and as a tooltip.

import { Tooltip } from 'radix-ui';
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ kind = 'plain', className = '', type = 'button', ...rest }: ButtonProps) {
  // oxlint-disable-next-line react/button-has-type -- a prop with a default is still a type
  return <button type={type} className={`button button-${kind} ${className}`} {...rest} />;
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  /** Shown beside the label, for example a shortcut. */
  hint?: string;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ label, hint, className = '', children, ...rest }: IconButtonProps) {
  return (
    <Hint text={hint === undefined ? label : `${label} (${hint})`}>
      <button type="button" className={`icon-button ${className}`} aria-label={label} {...rest}>
        {children}
      </button>
    </Hint>
  );
}

/** A tooltip over one focusable element. */
export function Hint({ text, children }: { text: ReactNode; children: ReactNode }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <HintBox>{text}</HintBox>
    </Tooltip.Root>
  );
}

interface HintBoxProps {
  className?: string;
  side?: 'top' | 'bottom';
  children: ReactNode;
}

/** What a tooltip shows. It has a place of its own in the document, because everything visible belongs to a landmark. */
export function HintBox({ className = '', side = 'top', children }: HintBoxProps) {
  return (
    <Tooltip.Portal container={globalThis.document?.getElementById('hints')}>
      <Tooltip.Content className={`hint ${className}`} side={side} sideOffset={6} collisionPadding={12}>
        {children}
      </Tooltip.Content>
    </Tooltip.Portal>
  );
}
