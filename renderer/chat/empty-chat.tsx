// A chat before its first message: what could be asked, one click from the first answer.

import { FileText, FolderOpen, LibraryBig } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { documentsOf, useConversations } from '../state/conversations.ts';
import { useEngine } from '../state/engine.ts';
import { attempt } from '../state/notices.ts';
import { usePeople } from '../state/people.ts';
import { askSample, loadSamples, useSamples } from '../state/samples.ts';
import { goTo } from '../state/view.ts';
import { Flame } from '../ui/flame.tsx';

const SHOWN_SAMPLES = 3;

export function EmptyChat() {
  const name = usePeople((store) => store.people?.find((person) => person.id === store.currentId)?.name ?? '');
  const [hour] = useState(() => new Date().getHours());
  const documents = useConversations(documentsOf);
  const model = useEngine((engine) => engine.status?.model ?? null);
  const problem = useEngine((engine) => engine.status?.modelProblem ?? null);
  return (
    <div className="empty-chat">
      <Flame size={40} />
      <h1>
        {greeting(hour)}, {name}
      </h1>
      {problem !== null && <p className="empty-problem">{problem}</p>}
      {documents.length > 0 ? (
        <p className="soft">Ask a question about {listed(documents.map((document) => document.title))}.</p>
      ) : (
        <>
          <p className="soft">Ask a question below, add a document of your own, or try one of these.</p>
          <div className="suggestions">
            <Samples />
            <Suggestion
              icon={<LibraryBig size={18} />}
              title="The library"
              text="Documents that are read once for everyone"
              onChoose={() => goTo('library')}
            />
          </div>
          <p className="drop-tip">
            <FolderOpen size={16} aria-hidden="true" /> Drop a text file anywhere here to ask about it. Only you will
            see it.
          </p>
        </>
      )}
      {model?.note !== null && model !== null && (
        <p className="model-note">
          {model.name}: {model.note}
        </p>
      )}
    </div>
  );
}

/** Each with the first question it answers. Without them the chat works as well, so nothing is said when they fail. */
function Samples() {
  const samples = useSamples((store) => store.samples);
  useEffect(() => void loadSamples().catch(() => {}), []);
  return samples?.slice(0, SHOWN_SAMPLES).map((sample) => {
    const [question] = sample.questions;
    return (
      question !== undefined && (
        <Suggestion
          key={sample.title}
          icon={<FileText size={18} />}
          title={sample.title}
          text={question}
          onChoose={() => void attempt(() => askSample(sample, question))}
        />
      )
    );
  });
}

interface SuggestionProps {
  icon: ReactNode;
  title: string;
  text: string;
  onChoose: () => void;
}

function Suggestion({ icon, title, text, onChoose }: SuggestionProps) {
  return (
    <button type="button" className="suggestion" onClick={onChoose}>
      <span className="suggestion-icon">{icon}</span>
      <span>
        <strong>{title}</strong>
        <span className="soft">{text}</span>
      </span>
    </button>
  );
}

export function greeting(hour: number): string {
  if (hour < 5) return 'Good night';
  if (hour < 12) return 'Good morning';
  return hour < 18 ? 'Good afternoon' : 'Good evening';
}

function listed(titles: string[]): string {
  return new Intl.ListFormat('en').format(titles);
}
