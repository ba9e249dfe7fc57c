using Tessera.Messaging;
using Tessera.MessagingDefaults;
using Tessera.ServiceDefaults;
using Tessera.Users;
using Tessera.Users.Contracts;
using Tessera.Users.Exporting;
using Tessera.Users.Guests;
using Tessera.MailDefaults;
using Tessera.Users.Links;
using Tessera.Users.Mail;
using Tessera.Users.Pages;
using Tessera.Users.Passwords;

var builder = ServiceStart.NewBuilder(args);
builder.AddTokenServer();
builder.AddServiceDefaults("users");
builder.AddAccountPages();
builder.AddMessagingDefaults("users", messages => messages
    .Publishes<UserRegistered>(registered => registered.User)
    .Publishes<UserChanged>(changed => changed.User)
    .Publishes<UserErased>(erased => erased.User));
builder.Services.AddValidation();
builder.Services.AddOptions<UsersOptions>().BindConfiguration(UsersOptions.Section)
    .ValidateKeys(UsersOptions.Section).ValidateOnStart();
builder.Services.AddPasswords();
builder.Services.AddScoped<OneTimeLinks>();
builder.Services.AddMail<WriteMail>();
builder.AddExport();
builder.Services.AddSingleton<MintToken>();
builder.Services.AddScoped<AccountStore>();
builder.Services.AddScoped<AddressBook>();
builder.Services.AddScoped<RegisterAccount>();
builder.Services.AddScoped<EraseAccount>();
builder.Services.AddSingleton<ForgetGuests>();
builder.Services.AddSingleton<SignInFailures>();
builder.Services.AddSingleton<SignInGate>();
builder.Services.AddScoped<RefreshChain>();
builder.Services.AddScoped<EndTokens>();
builder.Services.AddScoped<ClientStore>();
builder.Services.AddScoped<StartAuthorization>();
builder.Services.AddScoped<PacePolling>();
builder.Services.AddSingleton<IPrepareDatabase, DeclareClients>();
builder.Services.AddSingleton<IPrepareDatabase, ComposeKeptTexts>();
builder.Services.AddSingleton<IPrepareDatabase, CreateOperator>();
builder.Services.AddHostedService<PruneTokens>();
builder.Services.AddHostedService<RepeatErasures>();
var app = builder.Build();
app.MapDefaultEndpoints();
app.MapUsers();
app.MapAccountPages();
return await app.RunServiceAsync();
