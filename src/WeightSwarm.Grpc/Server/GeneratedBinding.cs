using System.Reflection;
using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>Finds the method that protoc generated to describe a service, and calls it.</summary>
internal static class GeneratedBinding
{
    /// <summary>Tells the binder every method of the service, without handlers.</summary>
    /// <exception cref="InvalidOperationException">The type derives from no generated service base.</exception>
    public static void Bind(Type serviceType, ServiceBinderBase binder)
    {
        var (baseType, attribute) = FindBase(serviceType);
        const BindingFlags Statics = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static;
        Type[] parameters = [typeof(ServiceBinderBase), baseType];
        var bind = attribute.BindType.GetMethod(attribute.BindMethodName, Statics, parameters)
            ?? throw new InvalidOperationException(
                $"{attribute.BindType} has no method {attribute.BindMethodName}(ServiceBinderBase, {baseType.Name})");
        bind.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [binder, null], null);
    }

    private static (Type BaseType, BindServiceMethodAttribute Attribute) FindBase(Type serviceType)
    {
        for (var type = serviceType; type is not null; type = type.BaseType)
        {
            var attribute = type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false);
            if (attribute is not null) return (type, attribute);
        }

        throw new InvalidOperationException(
            $"{serviceType} is no gRPC service: derive it from the ...Base class that protoc generated");
    }
}
