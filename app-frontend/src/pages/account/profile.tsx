import { type Account, changeProfile } from "../../api/account.ts";
import { useSession } from "../../session/session.tsx";
import { Form, Submit } from "../../ui/form.tsx";
import { Section } from "../../ui/section.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { useForm } from "../../forms/use-form.ts";

export function Profile({ account }: { account: Account }) {
  const session = useSession();
  const form = useForm({
    username: account.username ?? "",
    firstName: account.firstName ?? "",
    lastName: account.lastName ?? "",
  });

  async function save() {
    await session.change((token) => changeProfile(token, form.changes));
    form.reset();
  }

  return (
    <Section title="Profile" intro="Every field is optional.">
      <Form form={form} onSubmit={() => void form.submit(save)}>
        <TextField
          label="Username"
          type="text"
          autoComplete="nickname"
          optional
          maxLength={64}
          {...form.field("username")}
        />
        <TextField
          label="First name"
          type="text"
          autoComplete="given-name"
          optional
          maxLength={100}
          {...form.field("firstName")}
        />
        <TextField
          label="Last name"
          type="text"
          autoComplete="family-name"
          optional
          maxLength={100}
          {...form.field("lastName")}
        />
        <Submit form={form} done="Saved.">
          Save profile
        </Submit>
      </Form>
    </Section>
  );
}
