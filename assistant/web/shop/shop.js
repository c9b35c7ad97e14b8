/** "Try asking": opens the chat with the question that stands on the button. */

await customElements.whenDefined("handrail-chat");

for (const button of document.querySelectorAll(".question")) {
  button.addEventListener("click", () => document.querySelector("handrail-chat").show(button.textContent));
}
