import type { useForm } from "../../forms/use-form.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Form, Submit } from "../../ui/form.tsx";

type TitleFormProps = {
  form: ReturnType<typeof useForm<"title">>;
  action: string;
  onSubmit: () => Promise<void>;
  onClose: () => void;
};

export function TitleForm({ form, action, onSubmit, onClose }: TitleFormProps) {
  const { value, onChange, error } = form.field("title");
  const cancel = (
    <Button variant="quiet" onClick={onClose}>
      Cancel
    </Button>
  );
  return (
    <Form form={form} onSubmit={() => void form.submit(onSubmit)}>
      <Field label="Title" error={error}>
        {(control) => (
          <input
            {...control}
            type="text"
            dir="auto"
            autoComplete="off"
            required
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      <Submit form={form} beside={cancel}>
        {action}
      </Submit>
    </Form>
  );
}
