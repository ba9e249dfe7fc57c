using Tessera.Baskets;
using Tessera.MessagingDefaults;
using Tessera.ServiceDefaults;

var builder = ServiceStart.NewBuilder(args);
builder.AddServiceDefaults("baskets");
builder.AddMessagingDefaults("baskets", messages => messages.Handle<EraseBasketOnUserErased>());
builder.Services.AddValidation();
builder.Services.AddScoped<BasketStore>();
var app = builder.Build();
app.MapDefaultEndpoints();
app.MapBaskets();
return await app.RunServiceAsync();
