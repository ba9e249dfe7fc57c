namespace Tessera.Gateway;

/// <summary>Who has changed something reads the change: what is kept of the service is forgotten before the answer
/// begins.</summary>
internal sealed class ForgetOnWrite(RequestDelegate next, Generations generations)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var method = context.Request.Method;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method))
        {
            await next(context);
            return;
        }
        var service = context.GetReverseProxyFeature().Route.Config.ClusterId!;
        context.Response.OnStarting(() =>
        {
            generations.Next(service);
            return Task.CompletedTask;
        });
        await next(context);
    }
}
