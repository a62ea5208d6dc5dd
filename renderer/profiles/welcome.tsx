// The very first start: nobody is here yet, and one name is enough to begin.

import { attempt } from '../state/notices.ts';
import { addPerson, choosePerson } from '../state/people.ts';
import { Flame } from '../ui/flame.tsx';
import { ProfileForm } from './profile-form.tsx';

export function Welcome() {
  return (
    <main className="picker welcome">
      <Flame size={56} />
      <h1>Welcome to Hearth</h1>
      <p className="welcome-text">
        A place to ask about your own documents, together. Everything stays on this computer, and what was read once for
        one person need not be read again for the next.
      </p>
      <section className="card" aria-label="The first person">
        <ProfileForm
          action="Begin"
          onSave={async (person) => {
            const added = await attempt(() => addPerson(person));
            if (added !== null) choosePerson(added.id);
            return added !== null;
          }}
        />
      </section>
      <p className="soft">Others who use this computer can be added later. Each keeps their own chats.</p>
    </main>
  );
}
