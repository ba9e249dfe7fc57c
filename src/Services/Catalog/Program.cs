using Tessera.Catalog;
using Tessera.Catalog.Contracts;
using Tessera.MessagingDefaults;
using Tessera.ServiceDefaults;

var builder = ServiceStart.NewBuilder(args);
builder.AddServiceDefaults("catalog");
builder.AddMessagingDefaults("catalog", messages => messages
    .Publishes<ProductAdded>(added => added.Sku)
    .Publishes<PriceChanged>(changed => changed.Sku)
    .Publishes<ProductWithdrawn>(withdrawn => withdrawn.Sku));
builder.Services.AddValidation();
builder.Services.AddScoped<ProductStore>();
builder.Services.AddScoped<PictureStore>();
builder.Services.AddSingleton<ScalePicture>();
builder.Services.AddSearch();
var app = builder.Build();
app.MapDefaultEndpoints();
app.MapCatalog();
return await app.RunServiceAsync();
