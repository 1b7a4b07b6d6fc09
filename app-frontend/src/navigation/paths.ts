/** Every path of the application, for links and routes alike. */
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
