using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Tessera.Design;
using Tessera.Ops.Acting;
using Tessera.Ops.Calling;
using Tessera.Ops.Chaos;
using Tessera.Ops.Pages;
using Tessera.Ops.Pages.Overview;
using Tessera.Ops.Recording;
using Tessera.Ops.Seeing;
using Tessera.PageDefaults;

namespace Tessera.Ops.Tests.Foreign;

/// <summary>The console's pages as an operator gets them, in this process.</summary>
internal sealed class ConsoleOver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _store;

    static ConsoleOver() => DesignFiles.Add(typeof(PagesSetup).Assembly);

    public ConsoleOver(PretendedStore store, TimeProvider? clock = null, string? traces = null)
    {
        _store = new HttpClient(store) { BaseAddress = new Uri("http://store/") };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var services = builder.Services;
        services.AddOptions<OpsOptions>().Configure(options => options.Traces = traces);
        services.AddOptions<ServiceDefaults.TesseraOptions>();
        services.AddRazorComponents();
        services.AddHttpContextAccessor();
        services.AddSingleton(clock ?? TimeProvider.System);
        services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
        services.AddSingleton<IAuthenticationService, NoSession>();
        services.AddSingleton(new StoreClient(_store));
        services.AddSingleton<IFaultPages, Faults>();
        services.AddSingleton<ActingFiles>();
        services.AddSingleton<OpsRecord>();
        services.AddSingleton<LocalStore>();
        services.AddScoped<Operator>();
        services.AddScoped<ReadSystem>();
        services.AddScoped<ReadOverview>();
        services.AddSingleton<Rates>();
        _app = builder.Build();
    }

    /// <param name="handle">What the address leads to.</param>
    public async Task<(int Status, string Text)> ShowAsync(
        Func<Operator, ReadSystem, Task<IResult>> handle, Dictionary<string, StringValues>? form = null)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        var context = Request(scope.ServiceProvider);
        if (form is not null) context.Request.Form = new FormCollection(form);
        context.Response.Body = new MemoryStream();
        var result = await handle(
            scope.ServiceProvider.GetRequiredService<Operator>(),
            scope.ServiceProvider.GetRequiredService<ReadSystem>());
        await result.ExecuteAsync(context);
        context.Response.Body.Position = 0;
        using var reader = new StreamReader(context.Response.Body);
        return (context.Response.StatusCode, context.Response.Headers.Location + await reader.ReadToEndAsync());
    }

    /// <summary>Within one request that stays open, as one does that is told of changes.</summary>
    public async Task WithinAsync(Func<Operator, IServiceProvider, Task> look)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        _ = Request(scope.ServiceProvider);
        await look(scope.ServiceProvider.GetRequiredService<Operator>(), scope.ServiceProvider);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _store.Dispose();
    }

    private static DefaultHttpContext Request(IServiceProvider services)
    {
        var context = new DefaultHttpContext
        {
            RequestServices = services,
            User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(PagesApp.RoleClaim, "operator")], "test")),
        };
        context.Request.Host = new HostString("store");
        context.Request.Scheme = "http";
        services.GetRequiredService<IHttpContextAccessor>().HttpContext = context;
        return context;
    }

    private sealed class NoSession : IAuthenticationService
    {
        public Task<AuthenticateResult> AuthenticateAsync(HttpContext context, string? scheme) =>
            Task.FromResult(AuthenticateResult.NoResult());

        public Task ChallengeAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
            throw new NotSupportedException();

        public Task ForbidAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
            throw new NotSupportedException();

        public Task SignInAsync(
            HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties) =>
            throw new NotSupportedException();

        public Task SignOutAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
            throw new NotSupportedException();
    }
}
