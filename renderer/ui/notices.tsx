// Shows the notices, and speaks the announced sentences of an answer. Notices have a place of their own
// above the window, so that they cover nothing, and are heard while a dialog is open.

import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { createPortal } from 'react-dom';
import { useAnnouncements } from '../state/announcements.ts';
import { dismissNotice, useNotices } from '../state/notices.ts';
import { IconButton } from './button.tsx';

export function Notices() {
  const notices = useNotices((store) => store.notices);
  const place = document.getElementById('notices');
  if (place === null) return null;
  return createPortal(
    <>
      {notices.map((notice) => (
        <div key={notice.id} className={`notice notice-${notice.kind}`}>
          {notice.kind === 'problem' ? <CircleAlert size={18} /> : <CircleCheck size={18} />}
          <p>{notice.message}</p>
          <IconButton label="Dismiss" onClick={() => dismissNotice(notice.id)}>
            <X size={16} />
          </IconButton>
        </div>
      ))}
    </>,
    place,
  );
}

export function Announcer() {
  const said = useAnnouncements((store) => store.said);
  return (
    <div className="visually-hidden" role="log" aria-live="polite" aria-label="Answer as it is written">
      {said.map((sentence) => (
        <p key={sentence.id}>{sentence.text}</p>
      ))}
    </div>
  );
}
