using Microsoft.Extensions.Options;
using Tessera.Gateway;
using Tessera.ServiceDefaults;

var builder = ServiceStart.NewBuilder(args);
builder.AddServiceDefaults("gateway");
builder.AddGateway();
var app = builder.Build();
app.UseTrustedProxies(app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value.TrustedProxies);
app.UseMiddleware<KnowPages>();
app.UseMiddleware<CountAnswers>();
app.UseMiddleware<LogAccess>();
app.UseMiddleware<StripHeaders>();
app.UseMiddleware<SecureHeaders>();
app.UseHsts();
app.UseMiddleware<KnowHost>();
app.UseMiddleware<RefuseAmbiguity>();
app.UseOrigins();
// Before access is refused: who guesses at tokens is slowed down too.
app.MapDefaultEndpoints(described: false, afterToken: pipeline =>
    pipeline.UseMiddleware<LimitRate>().UseMiddleware<LimitConcurrency>());
app.UseCaching();
app.UseRequestTimeouts();
app.MapGateway();
return await app.RunServiceAsync();
