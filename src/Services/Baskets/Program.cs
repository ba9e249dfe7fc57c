using Tessera.Baskets;
using Tessera.Messaging;
using Tessera.MessagingDefaults;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

var builder = ServiceStart.NewBuilder(args);
builder.AddServiceDefaults("baskets");
builder.AddMessagingDefaults("baskets", messages => messages
    .Handle<EraseBasketOnUserErased>()
    .Ignores<UserRegistered>()
    .Ignores<UserChanged>());
builder.Services.AddValidation();
builder.Services.AddOptions<BasketOptions>().BindConfiguration(BasketOptions.Section)
    .ValidateKeys(BasketOptions.Section).ValidateOnStart();
builder.Services.AddScoped<BasketStore>();
builder.Services.AddHostedService<PruneGuests>();
var app = builder.Build();
app.MapDefaultEndpoints();
app.MapBaskets();
return await app.RunServiceAsync();
