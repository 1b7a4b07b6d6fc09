/** Every address of the application. Links and routes both come here, so neither can drift. */
export const paths = {
  home: () => "/",
  createAccount: () => "/create",
  confirm: () => "/confirm",
  signIn: () => "/signin",
  forgot: () => "/forgot",
  reset: () => "/reset",
  account: () => "/account",
  gallery: () => "/gallery",
  ownGallery: () => "/gallery/mine",
};
