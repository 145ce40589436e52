/* Whether a reader has filled in anything since the page was written: a form can be used before its
   script has come, and a browser that goes back puts back what stood in it. */

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

export function isChanged(form: HTMLFormElement): boolean {
  return [...form.querySelectorAll<Field>("input, textarea, select")].some((field) => {
    if (field instanceof HTMLSelectElement) {
      const preset = [...field.options].findIndex((option) => option.defaultSelected);
      return field.selectedIndex !== Math.max(0, preset);
    }
    if (field.type === "radio" || field.type === "checkbox") {
      return (field as HTMLInputElement).checked !== (field as HTMLInputElement).defaultChecked;
    }
    return field.type !== "hidden" && field.value !== field.defaultValue;
  });
}
